//! A key of INFO or FORMAT with what its values must be.
//!
//! Invariant: the declaration counts where there is one, else the reserved meaning, else nothing is demanded.

use crate::import::validate::header::Declaration;
use crate::import::validate::reserved::{Domain, Reserved, SYMBOLIC};
use crate::import::validate::value::{self, Misfit, Number, Type};

/// What a key's demands rest on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Declared,
    Reserved,
    Unknown,
}

/// The demands on the values of a key.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Demand {
    pub number: Number,
    pub ty: Type,
    pub domain: Domain,
    pub source: Source,
    /// The reserved meaning of a key that is declared otherwise: the header was told, and values that have the
    /// reserved meaning are no second fault.
    reserved: Option<(Number, Type)>,
}

impl Demand {
    pub fn new(declared: Option<&Declaration>, reserved: Option<&Reserved>) -> Self {
        let domain = reserved.map_or(Domain::Any, |reserved| reserved.domain);
        let other = |declared: &Declaration| {
            reserved
                .map(|reserved| (reserved.number, reserved.ty))
                .filter(|&(number, ty)| (number, ty) != (declared.number, declared.ty))
        };
        match (declared, reserved) {
            (Some(declared), _) => {
                let reserved = other(declared);
                Demand {
                    number: declared.number,
                    ty: declared.ty,
                    domain,
                    source: Source::Declared,
                    reserved,
                }
            }
            (None, Some(reserved)) => {
                let source = Source::Reserved;
                Demand {
                    number: reserved.number,
                    ty: reserved.ty,
                    domain,
                    source,
                    reserved: None,
                }
            }
            (None, None) => {
                let source = Source::Unknown;
                Demand {
                    number: Number::Unknown,
                    ty: Type::String,
                    domain,
                    source,
                    reserved: None,
                }
            }
        }
    }

    /// The demand by the reserved meaning, where the declaration differs from it.
    pub fn as_reserved(&self) -> Option<Demand> {
        self.reserved.map(|(number, ty)| Demand {
            number,
            ty,
            reserved: None,
            ..*self
        })
    }

    /// Whether one element lies in the domain; what is not of the type was reported as that.
    pub fn is_in_domain(&self, element: &[u8]) -> bool {
        if element == b"." {
            return true;
        }
        match self.domain {
            Domain::Any | Domain::PerAlternate(_) => true,
            Domain::StructuralType => {
                let first = element.split(|&b| b == b':').next().unwrap_or(element);
                SYMBOLIC.iter().any(|name| name.as_bytes() == first)
            }
            Domain::Cigar => value::is_cigar(element),
            Domain::NonNegative => element[0] != b'-' || value::float_value(element).is_none_or(|n| n >= 0.0),
            Domain::Fraction => value::float_value(element).is_none_or(|n| (0.0..=1.0).contains(&n)),
        }
    }
}

/// What a list is found to be.
#[derive(Debug)]
pub(crate) struct List<'a> {
    /// Number of elements.
    pub count: u64,
    /// The first element that does not fit, and why.
    pub misfit: Option<(&'a [u8], Misfit)>,
    /// The first element outside the domain.
    pub outside: Option<&'a [u8]>,
}

/// Looks at every element of a list.
pub(crate) fn list<'a>(text: &'a [u8], demand: &Demand, float_ends_in_digit: bool) -> List<'a> {
    let mut list = List {
        count: 0,
        misfit: None,
        outside: None,
    };
    for element in text.split(|&b| b == b',') {
        list.count += 1;
        match value::fit(element, demand.ty, float_ends_in_digit) {
            Err(misfit) => {
                list.misfit.get_or_insert((element, misfit));
            }
            Ok(())
                if demand.domain != Domain::Any && !element.is_empty() && !demand.is_in_domain(element) =>
            {
                list.outside.get_or_insert(element);
            }
            Ok(()) => {}
        }
    }
    list
}

/// A number of values in words.
pub(crate) fn describe(number: Number) -> String {
    match number {
        Number::Fixed(1) => "one value".into(),
        Number::Fixed(n) => format!("{n} values"),
        Number::Alternates => "one value for each alternate allele".into(),
        Number::Alleles => "one value for each allele".into(),
        Number::Genotypes => "one value for each genotype".into(),
        Number::Unknown => "any number of values".into(),
        Number::Ploidy => "one value for each allele of GT".into(),
        Number::LocalAlternates => "one value for each local alternate allele".into(),
        Number::LocalAlleles => "one value for each local allele".into(),
        Number::LocalGenotypes => "one value for each genotype of local alleles".into(),
        Number::Modifications => "one value for each base that can be modified".into(),
    }
}
