//! The map of an artifact's bytes as a page: one file that loads no other and needs no script.

use crate::html_page::escaped;
use crate::inspect::share::{Content, Share, shares};
use crate::inspect::treemap::{Rectangle, rectangles};
use crate::units::{count, size};
use anyhow::Result;
use askama::Template;
use precompile::artifact::Escaped;
use precompile::inspect::Inspection;
use std::path::Path;

/// The number of functions in the table.
const LISTED: usize = 200;
/// The smallest area of a rectangle of its own, in the drawing's units: smaller ones are drawn as one.
const MIN_AREA: f64 = 24.0;
/// The room that a label takes: its height, and the width of a letter.
const LABEL: (f64, f64) = (15.0, 6.4);

/// The page.
#[derive(Template)]
#[template(path = "inspect.html")]
struct Page {
    file: String,
    summary: String,
    /// The maps for a wide page, and for a telephone's.
    maps: [(&'static str, Map); 2],
    contents: Vec<Content>,
    parts: Vec<Row>,
    functions: Vec<Row>,
    /// The sentence on functions that the table leaves out, or on why there are none.
    further: String,
}

/// A drawing.
struct Map {
    width: f64,
    height: f64,
    tiles: Vec<Tile>,
}

/// A rectangle of the drawing.
struct Tile {
    at: Rectangle,
    colour: usize,
    title: String,
    /// The label, where there is room for one.
    label: Option<String>,
}

/// A row of a table.
struct Row {
    name: String,
    bytes: String,
    percent: String,
    way: &'static str,
}

/// The page's text.
///
/// # Errors
///
/// If the machine code can't be read.
pub(super) fn page(path: &Path, artifact: &[u8], inspection: &Inspection) -> Result<String> {
    let shares = shares(artifact, inspection)?;
    let whole = inspection.file_bytes;
    let mut functions: Vec<_> = shares.iter().flat_map(|share| &share.within).collect();
    functions.sort_by_key(|share| std::cmp::Reverse(share.bytes));
    let further = match functions.len() {
        0 => "The artifact names no functions: it has no code, or was compiled with --strip symbols.".into(),
        all if all > LISTED => format!("And {} smaller ones.", count((all - LISTED) as f64)),
        _ => String::new(),
    };
    let contents = Content::ALL.into_iter().filter(|content| {
        shares
            .iter()
            .any(|share| share.content == *content || share.within.iter().any(|it| it.content == *content))
    });
    let unknown = || "unknown".to_owned();
    let backend = inspection.backend().map_or_else(unknown, |backend| backend.to_string());
    let target = inspection.target().map_or_else(unknown, String::from);
    let page = Page {
        file: Escaped(&path.display().to_string()).to_string(),
        summary: format!("{} bytes, compiled by {backend} for {target}.", count(whole as f64)),
        maps: [("wide", map(&shares, 880.0, 480.0)), ("narrow", map(&shares, 360.0, 520.0))],
        contents: contents.collect(),
        parts: shares.iter().map(|share| Row::new(share, whole)).collect(),
        functions: functions.into_iter().take(LISTED).map(|share| Row::new(share, whole)).collect(),
        further,
    };
    Ok(escaped(&page.render()?))
}

impl Row {
    fn new(share: &Share, whole: u64) -> Row {
        Row {
            name: share.name.clone(),
            bytes: count(share.bytes as f64),
            percent: format!("{:.1} %", share.bytes as f64 / whole.max(1) as f64 * 100.0),
            way: share.content.way(),
        }
    }
}

/// The drawing of a file in this size.
fn map(shares: &[Share], width: f64, height: f64) -> Map {
    let mut tiles = Vec::new();
    draw(shares, Rectangle { x: 0.0, y: 0.0, width, height }, &mut tiles);
    Map { width, height, tiles }
}

/// Draws shares into a rectangle, those that are too small for one of their own as one.
fn draw(shares: &[Share], whole: Rectangle, tiles: &mut Vec<Tile>) {
    let total: u64 = shares.iter().map(|share| share.bytes).sum();
    let area = |share: &Share| share.bytes as f64 / total.max(1) as f64 * whole.area();
    let large = shares.iter().take_while(|share| area(share) >= MIN_AREA).count();
    // A single small one needs no name for all.
    let large = if large + 1 == shares.len() { shares.len() } else { large };
    let (own, small) = shares.split_at(large);
    let small_bytes: u64 = small.iter().map(|share| share.bytes).sum();
    let mut sizes: Vec<_> = own.iter().map(|share| share.bytes as f64).collect();
    let at = sizes.partition_point(|size| *size >= small_bytes as f64);
    sizes.insert(at, small_bytes as f64);
    let mut placed = rectangles(&sizes, whole);
    let rest = placed.remove(at);
    for (share, at) in own.iter().zip(placed) {
        match share.within.is_empty() {
            true => tiles.push(tile([&share.name, &share.label], share.bytes, share.content, at)),
            false => draw(&share.within, at.within(1.0), tiles),
        }
    }
    if let Some(first) = small.first() {
        let name = format!("{} smaller ones", small.len());
        tiles.push(tile([&name, &name], small_bytes, first.content, rest));
    }
}

/// The tile of a part with a name, and a label that is cut to its room.
fn tile([name, label]: [&str; 2], bytes: u64, content: Content, at: Rectangle) -> Tile {
    let (height, letter) = LABEL;
    let letters = ((at.width - 6.0) / letter).max(0.0) as usize;
    let fits = at.height >= height && letters >= 3;
    let is_cut = label.chars().count() > letters;
    let label = match is_cut {
        true => label.chars().take(letters.saturating_sub(1)).chain(['…']).collect(),
        false => label.to_owned(),
    };
    Tile {
        at,
        colour: content.colour(),
        title: format!("{name}: {} bytes ({}), {}", count(bytes as f64), size(bytes), content.name()),
        label: fits.then_some(label),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(name: &str, bytes: u64, within: Vec<Share>) -> Share {
        Share { name: name.into(), label: name.into(), bytes, content: Content::Code, within }
    }

    /// The drawing is filled, and what is too small is drawn as one, with its number and its sum.
    #[test]
    fn small_shares_are_drawn_as_one() {
        let small = || (0..1000).map(|_| share("small", 1, Vec::new()));
        let within: Vec<_> = std::iter::once(share("large", 9000, Vec::new())).chain(small()).collect();
        let shares = [share("code", 10_000, within), share("data", 5000, Vec::new())];
        let map = map(&shares, 200.0, 100.0);
        let titles: Vec<_> = map.tiles.iter().map(|tile| tile.title.as_str()).collect();
        assert_eq!(map.tiles.len(), 3, "{titles:?}");
        assert!(titles[0].starts_with("large: 9,000 bytes"), "{titles:?}");
        assert!(titles[1].starts_with("1000 smaller ones: 1,000 bytes"), "{titles:?}");
        assert!(titles[2].starts_with("data: 5,000 bytes"), "{titles:?}");
        let area: f64 = map.tiles.iter().map(|tile| tile.at.area()).sum();
        assert!((15_000.0..20_001.0).contains(&area), "{area}");
    }

    #[test]
    fn labels_are_cut_to_their_room() {
        let at = |width, height| Rectangle { x: 0.0, y: 0.0, width, height };
        let label = |width, height| tile(["", "a long name"], 1, Content::Data, at(width, height)).label;
        assert_eq!(label(200.0, 40.0).as_deref(), Some("a long name"));
        assert_eq!(label(40.0, 40.0).as_deref(), Some("a lo…"));
        assert_eq!((label(200.0, 10.0), label(20.0, 40.0)), (None, None));
    }
}
