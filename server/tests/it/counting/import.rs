//! An import without server: a file's bytes in, blocks out, as the worker does it.

use allelecast_server::{
    domain::{
        block::{Block, BlockLimits},
        build::{Build, ContigIndex},
        panel::{Panel, PanelGroups},
    },
    import::{
        builder::{BlockBuilder, Checkpoint, DraftBlock},
        count::Basis,
        decompress::Decompressor,
        header::Header,
        lines::LineChunker,
    },
};

/// A file as imported.
pub struct Import {
    /// The whole file, decompressed.
    pub text: String,
    pub header: Header,
    pub groups: PanelGroups,
    pub blocks: Vec<Block>,
    pub checkpoints: Vec<Checkpoint>,
}

impl Import {
    pub fn of(bytes: &[u8], panel: Option<&str>, ignore_prefix: bool) -> Self {
        Self::with_limits(bytes, panel, ignore_prefix, BlockLimits::default())
    }

    pub fn with_limits(bytes: &[u8], panel: Option<&str>, ignore_prefix: bool, limits: BlockLimits) -> Self {
        let mut text = Vec::new();
        let mut decompressor = Decompressor::new();
        for piece in bytes.chunks(64 << 10) {
            decompressor.push(piece, &mut text).unwrap();
        }
        decompressor.finish(&mut text).unwrap();
        let mut lines = LineChunker::new();
        lines.buffer().extend_from_slice(&text);
        let header = Header::parse(&lines.header(true).unwrap().unwrap().text).unwrap();
        let groups = match panel {
            Some(panel) => Panel::parse(panel)
                .unwrap()
                .groups(&header.samples, ignore_prefix),
            None => PanelGroups::without_panel(header.samples.len()),
        };
        let line = 1 + text[..lines.offset() as usize]
            .iter()
            .filter(|&&byte| byte == b'\n')
            .count() as u64;
        let builder = BlockBuilder::new(limits, lines.offset(), line);
        let text = String::from_utf8(text).unwrap();
        let mut import = Import {
            text,
            header,
            groups,
            blocks: Vec::new(),
            checkpoints: Vec::new(),
        };
        let drafts = import.drafts(lines, builder);
        import.blocks = drafts.iter().map(DraftBlock::assemble).collect();
        import.checkpoints = drafts.iter().map(|draft| draft.checkpoint().clone()).collect();
        import
    }

    /// The blocks that follow a checkpoint, from a builder and a reader that know nothing else.
    pub fn resume(&self, limits: BlockLimits, checkpoint: &Checkpoint) -> Vec<Block> {
        let mut lines = LineChunker::resume(checkpoint.offset, checkpoint.line);
        lines
            .buffer()
            .extend_from_slice(&self.text.as_bytes()[checkpoint.offset as usize..]);
        let drafts = self.drafts(lines, BlockBuilder::restore(limits, checkpoint));
        drafts.iter().map(DraftBlock::assemble).collect()
    }

    fn drafts(&self, mut lines: LineChunker, mut builder: BlockBuilder) -> Vec<DraftBlock> {
        let (masks, contigs) = (self.groups.masks(), ContigIndex::new(Build::Grch37));
        let mut drafts = Vec::new();
        while let Some(chunk) = lines.chunk(1).unwrap().or_else(|| lines.last()) {
            let basis = Basis {
                header: &self.header,
                groups: &masks,
                contigs: &contigs,
                reference: None,
                is_gvcf: builder.is_gvcf(),
            };
            drafts.extend(builder.push(basis.count(&chunk).unwrap()).unwrap());
        }
        drafts.extend(builder.finish());
        drafts
    }

    /// Every allele, as its block and its place therein.
    pub fn rows(&self) -> impl Iterator<Item = (&Block, usize)> {
        self.blocks
            .iter()
            .flat_map(|block| (0..block.len()).map(move |row| (block, row)))
    }
}
