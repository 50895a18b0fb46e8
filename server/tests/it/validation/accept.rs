//! Whole files that each version's text allows.

use allelecast_server::import::validate::{Limits, Profile, Verdict};

use super::{is_note, validate};

/// Files that are in order, notes aside, under every profile.
const SOUND: &[(&str, &str)] = &[
    (
        "4.1",
        r#"##source=caller
##reference=file:///seq/ref.fasta
##contig=<ID=20,length=62435964,assembly=B36,md5=f126cdf8a6e0c7f379d618ff66beb2da,species="Homo sapiens",taxonomy=x>
##phasing=partial
##INFO=<ID=NS,Number=1,Type=Integer,Description="Number of Samples With Data">
##INFO=<ID=AF,Number=A,Type=Float,Description="Allele Frequency">
##INFO=<ID=AA,Number=1,Type=String,Description="Ancestral Allele">
##INFO=<ID=DB,Number=0,Type=Flag,Description="dbSNP membership, build 129">
##FILTER=<ID=q10,Description="Quality below 10">
##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">
##FORMAT=<ID=GQ,Number=1,Type=Integer,Description="Genotype Quality">
##FORMAT=<ID=HQ,Number=2,Type=Integer,Description="Haplotype Quality">
#CHROM POS ID REF ALT QUAL FILTER INFO FORMAT NA1 NA2
20 14370 rs6054257 G A 29 PASS NS=3;AF=0.5;DB GT:GQ:HQ 0|0:48:51,51 1|0:48:51,51
20 17330 . T A 3 q10 NS=3;AF=0.017 GT:GQ:HQ 0|0:49:58,50 0/0:41
20 1110696 rs6040355 A G,T 67 PASS NS=2;AF=0.333,0.667;AA=T;DB GT:GQ:HQ 1|2:21:23,27 2/2:35:.,.
20 1230237 . T . 47 PASS NS=3;AA=T GT:GQ:HQ 0|0:54:56,60 0/0:61:.
"#,
    ),
    (
        "4.2",
        r#"##INFO=<ID=SVTYPE,Number=1,Type=String,Description="Type",Source="x",Version="1">
##INFO=<ID=IMPRECISE,Number=0,Type=Flag,Description="d">
##INFO=<ID=END,Number=1,Type=Integer,Description="d">
##INFO=<ID=CIPOS,Number=2,Type=Integer,Description="d">
##ALT=<ID=DEL:ME:ALU,Description="Deletion of ALU element">
##pedigreeDB=<ftp://host/db>
##SAMPLE=<ID=Blood,Genomes=Germline;Tumor,Mixture=.3;.7,Description="Patient germline genome;Patient tumor genome">
##PEDIGREE=<Name_0=G0-ID,Name_1=G1-ID>
#CHROM POS ID REF ALT QUAL FILTER INFO
2 14477084 . C <DEL:ME:ALU> 12 PASS IMPRECISE;SVTYPE=DEL;END=14477381;CIPOS=-22,18
2 14477090 bnd_V T ]13:123456]AGTNNNNNCAT,* 6 PASS SVTYPE=BND
13 0 bnd_X N .[13:123457[ 6 PASS SVTYPE=BND
"#,
    ),
    (
        "4.3",
        r#"##contig=<ID=HLA-A*01:01,length=3503>
##META=<ID=Tissue,Type=String,Number=.,Values=[Blood, Breast, Colon, Lung, ?]>
##SAMPLE=<ID=Sample1,Assay=WholeGenome,Ethnicity=AFR,Disease=None,Description="Patient, germline",DOI=url>
##PEDIGREE=<ID=ChildID,Father=FatherID,Mother=MotherID>
##ALT=<ID=M,Description="IUPAC code M = A/C">
##INFO=<ID=NOTE,Number=.,Type=String,Description="d">
##FORMAT=<ID=MIN_DP,Number=1,Type=Integer,Description="d">
##FORMAT=<ID=GT,Number=1,Type=String,Description="d">
#CHROM POS ID REF ALT QUAL FILTER INFO FORMAT s1
HLA-A*01:01 5 . A <M>,<*> . . NOTE=two·words%3B,ä;_x.1=y GT:MIN_DP 0/1:5
"#,
    ),
    (
        "4.4",
        r#"##ALT=<ID=CNV:TR,Description="Tandem repeat">
##ALT=<ID=DUP,Description="Duplication">
##INFO=<ID=SVLEN,Number=A,Type=Integer,Description="d">
##INFO=<ID=SVCLAIM,Number=A,Type=String,Description="d">
##INFO=<ID=RN,Number=A,Type=Integer,Description="d">
##INFO=<ID=RUS,Number=.,Type=String,Description="d">
##FORMAT=<ID=GT,Number=1,Type=String,Description="d">
##FORMAT=<ID=PSL,Number=P,Type=String,Description="d">
##FORMAT=<ID=PSO,Number=P,Type=Integer,Description="d">
#CHROM POS ID REF ALT QUAL FILTER INFO FORMAT s1
1 10 . T <DUP> . . SVLEN=10;SVCLAIM=DJ GT:PSL:PSO /0/0|1:.,.,chr1*10*1:.,.,3
1 20 . A <CNV:TR>,G . . SVLEN=10,.;RN=2,.;RUS=CAG,TTG GT |0/1
"#,
    ),
    (
        "4.5",
        r#"##contig=<ID=chr,length=100,md5=f126cdf8a6e0c7f379d618ff66beb2da>
##FORMAT=<ID=GT,Number=1,Type=String,Description="d">
##FORMAT=<ID=LEN,Number=1,Type=Integer,Description="d">
##FORMAT=<ID=LAA,Number=.,Type=Integer,Description="d">
##FORMAT=<ID=LAD,Number=LR,Type=Integer,Description="d">
##FORMAT=<ID=LPL,Number=LG,Type=Integer,Description="d">
##FORMAT=<ID=M5mC,Number=M,Type=Float,Description="d">
#CHROM POS ID REF ALT QUAL FILTER INFO FORMAT s1
chr 1 . G A,C,T,<*> . . . GT:LAA:LAD:LPL 2/4:2,4:20,30,10:90,80,0,100,110,120
chr 4 . G A,T,<*> . . . GT:LAA:LAD:LPL 0/0::30:0
chr 10 . C A . . . GT:M5mC 0/1:0.95
chr 20 . C CTAG . . . GT:M5mC 0/1:0,0.5,0.7
chr 40 . C A,T,G,ACG . . . GT:M5mC /3|1/0|4|0/0/3/1:0.25,0.1,0.5,0.6,.
chr 50 . A <*> . . . GT:LEN 0/0:20
"#,
    ),
    // The specification's own examples of structural variants and tandem repeats, with the SVCLAIM that one forgets.
    (
        "4.5",
        r#"##ALT=<ID=INS,Description="Insertion">
##ALT=<ID=DUP,Description="Duplication">
##ALT=<ID=DEL,Description="Deletion">
##INFO=<ID=MATEID,Number=A,Type=String,Description="ID of mate breakend">
##INFO=<ID=CIPOS,Number=.,Type=Integer,Description="Confidence interval around POS">
##INFO=<ID=SVLEN,Number=A,Type=Integer,Description="Length of structural variant">
##INFO=<ID=CILEN,Number=.,Type=Integer,Description="Confidence interval for the SVLEN field">
##INFO=<ID=EVENT,Number=A,Type=String,Description="ID of associated event">
##INFO=<ID=SVCLAIM,Number=A,Type=String,Description="Claim made by the structural variant call">
##INFO=<ID=IMPRECISE,Number=0,Type=Flag,Description="Imprecise structural variation">
##contig=<ID=chrA,length=1000000>
##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">
#CHROM POS ID REF ALT QUAL FILTER INFO FORMAT sample
chrA 2 . TGC T . . EVENT=DEL_seq GT 0/1
chrA 2 . T <DEL> . . SVLEN=2;SVCLAIM=DJ;EVENT=DEL_symbolic GT 0/1
chrA 2 delbp1 T T[chrA:5[ . . MATEID=delbp2;EVENT=DEL_split_bp_cn GT 0/1
chrA 2 delbp2 A ]chrA:2]A . . MATEID=delbp1;EVENT=DEL_split_bp_cn GT 0/1
chrA 2 . T <DEL> . . SVLEN=2;SVCLAIM=D;EVENT=DEL_split_bp_cn GT 0/1
chrA 5 . G GAAA . . EVENT=homology_seq GT 1/1
chrA 5 . G <DUP> . . SVLEN=3;SVCLAIM=J;CIPOS=0,5;EVENT=homology_dup GT 0/1
chrA 14 . T <INS> . . IMPRECISE;SVLEN=100;CILEN=-50,50;CIPOS=-10,10 GT 0/1
chrA 14 . G .CCCCCCG . . EVENT=single_breakend GT 0/1
"#,
    ),
    (
        "4.5",
        r#"##INFO=<ID=SVLEN,Number=A,Type=Integer,Description="d">
##INFO=<ID=CN,Number=A,Type=Float,Description="d">
##INFO=<ID=RN,Number=A,Type=Integer,Description="d">
##INFO=<ID=RUS,Number=.,Type=String,Description="d">
##INFO=<ID=RUL,Number=.,Type=Integer,Description="d">
##INFO=<ID=RUC,Number=.,Type=Float,Description="d">
##INFO=<ID=RB,Number=.,Type=Integer,Description="d">
##INFO=<ID=CIRUC,Number=.,Type=Float,Description="d">
##INFO=<ID=RUB,Number=.,Type=Integer,Description="d">
##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">
##FORMAT=<ID=PS,Number=1,Type=Integer,Description="Phase set">
##FORMAT=<ID=CN,Number=1,Type=Float,Description="Copy number">
##ALT=<ID=CNV:TR,Description="Tandem repeat">
##ALT=<ID=CNV,Description="Copy number">
#CHROM POS ID REF ALT QUAL FILTER INFO FORMAT sample
chr1 100 cnv_notation T <CNV:TR>,<CNV:TR> . . SVLEN=30,30;CN=3,0.9666;RUS=CAG,CAG,CA,CAG;RN=1,3;RB=90,15,2,12 GT:PS:CN 1|2:100:3.9666
chr1 100 . T <CNV>,<CNV> . . SVLEN=30,30;CN=1,2 GT:CN 1/2:3
chr1 100 . T <CNV:TR> . . SVLEN=30;CN=6.5;RUS=CAG;RUC=65;CIRUC=-15,. GT ./.
chr1 117 precise_alt2 AG A . . . GT:PS 0|1:100
chr1 1000 . T <CNV:TR> . . SVLEN=20000;CN=1.25;RUL=10000;RUC=5;RUB=10000,10500,11000,11500,12000 GT ./.
"#,
    ),
];

#[test]
fn each_version_accepts_what_its_text_allows() {
    for &(version, text) in SOUND {
        let tabbed: String = text
            .lines()
            .map(|line| if line.starts_with("##") { line.to_owned() } else { line.replace(' ', "\t").replace('·', " ") } + "\n")
            .collect();
        let file = format!("##fileformat=VCFv{version}\n{tabbed}");
        for profile in [Profile::Spec, Profile::Strict, Profile::Tolerant] {
            let report = validate(file.as_bytes(), profile, Limits::default());
            let faults: Vec<_> = report
                .findings()
                .into_iter()
                .filter(|f| !is_note(f.rule))
                .collect();
            assert_eq!(
                (report.verdict(), faults),
                (Verdict::Accepted, vec![]),
                "{version} {profile:?}"
            );
        }
    }
}
