//! The mate's place: `17:198982`, also within a breakend: `G]17:198982]`.
//!
//! Invariant: the contig is all before the last colon, as names may have colons of their own.

/// The place with its contig as `canonical` names it; none where nothing changes.
pub(super) fn rename<'n>(place: &str, canonical: &impl Fn(&str) -> Option<&'n str>) -> Option<String> {
    let (contig, position) = match place.rsplit_once(':') {
        Some((contig, position)) => (contig, Some(position)),
        None => (place, None),
    };
    let known = canonical(contig).filter(|&known| known != contig)?;
    Some(match position {
        Some(position) => format!("{known}:{position}"),
        None => known.to_owned(),
    })
}

/// The breakend with its mate's place so renamed.
pub(super) fn rename_in_breakend<'n>(
    alternate: &str,
    canonical: &impl Fn(&str) -> Option<&'n str>,
) -> Option<String> {
    let start = alternate.find(['[', ']'])? + 1;
    let end = start + alternate[start..].find(['[', ']'])?;
    let place = &alternate[start..end];
    let renamed = place.contains(':').then(|| rename(place, canonical))??;
    Some(format!("{}{renamed}{}", &alternate[..start], &alternate[end..]))
}
