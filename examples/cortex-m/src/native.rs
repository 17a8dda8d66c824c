//! The guest's functions in Rust: another way to the same results.

/// The CRC-32 of `count` bytes of xorshift32, bit by bit.
pub fn crc32(seed: u32, count: u32) -> u32 {
    let mut state = seed;
    let mut crc = !0;
    for _ in 0..count {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        crc ^= state & 0xff;
        for _ in 0..8 {
            crc = crc >> 1 ^ if crc & 1 == 1 { 0xedb8_8320 } else { 0 };
        }
    }
    !crc
}

/// The sum of all iterations of the Mandelbrot set, in software floating point: this processor has no double precision.
pub fn mandelbrot(columns: u32, rows: u32, limit: u32) -> u32 {
    let at = |step: u32, of: u32, width: f64, from: f64| f64::from(step) * width / f64::from(of) - from;
    let points = (0..rows).flat_map(|row| (0..columns).map(move |column| (column, row)));
    points.map(|(column, row)| escape(at(column, columns, 3.0, 2.25), at(row, rows, 2.5, 1.25), limit)).sum()
}

fn escape(re: f64, im: f64, limit: u32) -> u32 {
    let (mut x, mut y) = (0.0, 0.0);
    let mut outside = |_: &u32| {
        let is_outside = x * x + y * y > 4.0;
        (x, y) = (x * x - y * y + re, 2.0 * x * y + im);
        is_outside
    };
    (0..limit).find(|count| outside(count)).unwrap_or(limit)
}
