//! The other tools, asked for as much of the same as they can do.
//!
//! Invariant: a peer's time is that of all its commands, from the start of the first to the end of the last.

use std::path::Path;
use std::process::Command;

use crate::cases::{Case, Shape};
use crate::generate::Input;
use crate::process::{self, Ran};

/// A peer and its commands for a case.
pub struct Peer {
    /// Names it in the results.
    pub name: String,
    commands: Vec<Command>,
}

/// The peers of a case; what they write goes below `scratch`.
pub fn peers(case: &Case, input: &Input, scratch: &Path) -> Vec<Peer> {
    match case.shape {
        Shape::Genotypes => vec![fill_tags(input), plink(case, input, scratch)],
        Shape::Depth | Shape::Sites => vec![Peer {
            name: "`bcftools view -Ou`".into(),
            commands: vec![command(
                "bcftools",
                ["view", "-Ou", "-o", "/dev/null"],
                &[&input.vcf],
            )],
        }],
    }
}

fn fill_tags(input: &Input) -> Peer {
    let mut fill = command("bcftools", ["+fill-tags"], &[&input.vcf]);
    fill.args([
        "-Ou",
        "-o",
        "/dev/null",
        "--",
        "-t",
        "AF,AC,AN,NS,AC_Hom,AC_Het",
        "-S",
    ])
    .arg(&input.bcftools_groups);
    Peer {
        name: "`bcftools +fill-tags`".into(),
        commands: vec![fill],
    }
}

/// One command where one grouping is asked for; otherwise the file is converted once and read for each.
fn plink(case: &Case, input: &Input, scratch: &Path) -> Peer {
    let frequencies = |source: &str, file: &Path, family: Option<&str>| {
        let mut plink = command("plink2", [source], &[file]);
        plink.args(["--freq", "counts", "--out"]);
        plink.arg(scratch.join(family.unwrap_or("all")));
        if let Some(family) = family {
            plink
                .args(["--loop-cats", family, "--pheno"])
                .arg(&input.plink_groups);
        }
        plink
    };
    let commands = if case.with_super {
        let converted = scratch.join("converted");
        vec![
            command(
                "plink2",
                ["--make-pgen", "--vcf"],
                &[&input.vcf, Path::new("--out"), &converted],
            ),
            frequencies("--pfile", &converted, Some("POP")),
            frequencies("--pfile", &converted, Some("SUPER")),
            frequencies("--pfile", &converted, None),
        ]
    } else {
        vec![frequencies("--vcf", &input.vcf, Some("POP"))]
    };
    Peer {
        name: "`plink2 --freq counts --loop-cats`".into(),
        commands,
    }
}

fn command<const N: usize>(program: &str, arguments: [&str; N], more: &[&Path]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).args(more);
    command
}

impl Peer {
    /// Runs its commands one after the other.
    pub fn run(&mut self) -> anyhow::Result<Ran> {
        let mut total: Option<Ran> = None;
        for command in &mut self.commands {
            let ran = process::run(command)?;
            total = Some(match total {
                None => ran,
                Some(before) => Ran {
                    wall: before.wall + ran.wall,
                    cpu: before.cpu + ran.cpu,
                    peak: before.peak.max(ran.peak),
                },
            });
        }
        total.ok_or_else(|| anyhow::anyhow!("{} has no commands", self.name))
    }
}
