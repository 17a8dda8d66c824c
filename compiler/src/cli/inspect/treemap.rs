//! Rectangles whose areas are sizes, as square as they can be: the squarified treemaps of Bruls, Huizing and van Wijk.

/// A rectangle of a drawing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rectangle {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

impl Rectangle {
    /// The rectangle without a margin on all sides.
    pub(super) fn within(self, margin: f64) -> Rectangle {
        let Rectangle { x, y, width, height } = self;
        let less = |length: f64| (length - 2.0 * margin).max(0.0);
        Rectangle { x: x + margin, y: y + margin, width: less(width), height: less(height) }
    }

    pub(super) fn area(self) -> f64 {
        self.width * self.height
    }
}

/// A rectangle for each size, which together fill `whole`. The sizes are in descending order.
pub(super) fn rectangles(sizes: &[f64], whole: Rectangle) -> Vec<Rectangle> {
    let total: f64 = sizes.iter().sum();
    let scale = if total > 0.0 { whole.area() / total } else { 0.0 };
    let (mut rest, mut left, mut placed) = (sizes, whole, Vec::with_capacity(sizes.len()));
    while !rest.is_empty() {
        let side = left.width.min(left.height);
        // A row along the shorter side takes the next size as long as its worst shape gets better.
        let mut taken = 1;
        while taken < rest.len() && worst(&rest[..=taken], scale, side) <= worst(&rest[..taken], scale, side)
        {
            taken += 1;
        }
        let (row, further) = rest.split_at(taken);
        left = place(row, scale, left, &mut placed);
        rest = further;
    }
    placed
}

/// The ratio of the sides of a row's longest rectangle.
fn worst(row: &[f64], scale: f64, side: f64) -> f64 {
    let sum = row.iter().sum::<f64>() * scale;
    let ratio = |size: &f64| {
        let area = size * scale;
        (side * side * area / (sum * sum)).max(sum * sum / (side * side * area))
    };
    row.iter().map(ratio).fold(0.0, f64::max)
}

/// Places a row along the shorter side of `left`, and returns the rest.
fn place(row: &[f64], scale: f64, left: Rectangle, placed: &mut Vec<Rectangle>) -> Rectangle {
    let Rectangle { mut x, mut y, width, height } = left;
    let sum = row.iter().sum::<f64>() * scale;
    let is_column = height <= width;
    let side = width.min(height);
    let depth = if side > 0.0 { sum / side } else { 0.0 };
    for size in row {
        let length = if depth > 0.0 { size * scale / depth } else { 0.0 };
        if is_column {
            placed.push(Rectangle { x, y, width: depth, height: length });
            y += length;
        } else {
            placed.push(Rectangle { x, y, width: length, height: depth });
            x += length;
        }
    }
    match is_column {
        true => Rectangle { x: left.x + depth, width: (width - depth).max(0.0), ..left },
        false => Rectangle { y: left.y + depth, height: (height - depth).max(0.0), ..left },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: Rectangle = Rectangle { x: 0.0, y: 0.0, width: 6.0, height: 4.0 };

    /// The fault of rectangles for these sizes, if they have one.
    fn fault(sizes: &[f64], placed: &[Rectangle]) -> Option<String> {
        let total: f64 = sizes.iter().sum();
        if placed.len() != sizes.len() {
            return Some(format!("{} of {}", placed.len(), sizes.len()));
        }
        for (size, it) in sizes.iter().zip(placed) {
            if (it.area() - size / total * WHOLE.area()).abs() > 1e-9 {
                return Some(format!("{it:?} has not the area of {size}"));
            }
            let is_inside =
                it.x >= 0.0 && it.y >= 0.0 && it.x + it.width < 6.0 + 1e-9 && it.y + it.height < 4.0 + 1e-9;
            if !is_inside {
                return Some(format!("{it:?} is outside"));
            }
        }
        for (at, one) in placed.iter().enumerate() {
            let beside = |other: &Rectangle| {
                let apart = |from: f64, length: f64, other: f64| from + length < other + 1e-9;
                apart(one.x, one.width, other.x)
                    || apart(other.x, other.width, one.x)
                    || apart(one.y, one.height, other.y)
                    || apart(other.y, other.height, one.y)
            };
            if let Some(other) = placed[at + 1..].iter().find(|other| !beside(other)) {
                return Some(format!("{one:?} and {other:?} overlap"));
            }
        }
        None
    }

    /// The example of the paper, in which the two largest stand one above the other.
    #[test]
    fn areas_are_sizes() {
        let sizes = [6.0, 6.0, 4.0, 3.0, 2.0, 2.0, 1.0];
        let mut placed = rectangles(&sizes, WHOLE);
        assert_eq!(fault(&sizes, &placed), None);
        assert_eq!(placed[0], Rectangle { x: 0.0, y: 0.0, width: 3.0, height: 2.0 });
        // Planted faults.
        placed[1] = placed[0];
        assert!(fault(&sizes, &placed).unwrap().contains("overlap"));
        placed[1].width += 1.0;
        assert!(fault(&sizes, &placed).unwrap().contains("area"));
        assert!(fault(&sizes, &placed[1..]).is_some());
    }

    #[test]
    fn any_sizes_fill_the_whole() {
        for count in [1, 2, 3, 10, 200] {
            let sizes: Vec<_> = (0..count).map(|at| f64::from(count - at).powi(3)).collect();
            assert_eq!(fault(&sizes, &rectangles(&sizes, WHOLE)), None, "{count}");
        }
        assert!(rectangles(&[], WHOLE).is_empty());
        assert!(rectangles(&[0.0, 0.0], WHOLE).iter().all(|it| it.area() == 0.0));
    }
}
