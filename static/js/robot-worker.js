// Finds the number whose SHA-256 with the salt is the challenge. Own hash: plain http has no crypto.subtle.
const K = new Uint32Array(64);
const START = new Uint32Array(8);

// The constants of SHA-256 are the fractional parts of roots of the first primes.
function fillConstants() {
  let found = 0;
  for (let n = 2; found < 64; n += 1) {
    let prime = true;
    for (let d = 2; d * d <= n; d += 1) if (n % d === 0) prime = false;
    if (!prime) continue;
    if (found < 8) START[found] = fraction(Math.sqrt(n));
    K[found] = fraction(Math.cbrt(n));
    found += 1;
  }
}

function fraction(root) {
  return Math.floor((root - Math.floor(root)) * 4294967296);
}

const W = new Uint32Array(64);
const rotate = (x, n) => (x >>> n) | (x << (32 - n));

function compress(hash, block, offset) {
  for (let i = 0; i < 16; i += 1) {
    const at = offset + i * 4;
    W[i] = (block[at] << 24) | (block[at + 1] << 16) | (block[at + 2] << 8) | block[at + 3];
  }
  for (let i = 16; i < 64; i += 1) {
    const a = W[i - 15];
    const b = W[i - 2];
    const s0 = rotate(a, 7) ^ rotate(a, 18) ^ (a >>> 3);
    const s1 = rotate(b, 17) ^ rotate(b, 19) ^ (b >>> 10);
    W[i] = (W[i - 16] + s0 + W[i - 7] + s1) | 0;
  }
  let [a, b, c, d, e, f, g, h] = hash;
  for (let i = 0; i < 64; i += 1) {
    const s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + K[i] + W[i]) | 0;
    const s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g; g = f; f = e; e = (d + t1) | 0;
    d = c; c = b; b = a; a = (t1 + t2) | 0;
  }
  hash[0] += a; hash[1] += b; hash[2] += c; hash[3] += d;
  hash[4] += e; hash[5] += f; hash[6] += g; hash[7] += h;
}

function sha256(bytes, hash) {
  const padded = new Uint8Array(Math.ceil((bytes.length + 9) / 64) * 64);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  new DataView(padded.buffer).setUint32(padded.length - 4, bytes.length * 8);
  hash.set(START);
  for (let offset = 0; offset < padded.length; offset += 64) compress(hash, padded, offset);
}

export function hex(text) {
  const hash = new Uint32Array(8);
  sha256(new TextEncoder().encode(text), hash);
  return [...hash].map((word) => word.toString(16).padStart(8, "0")).join("");
}

function search({ algorithm, challenge, salt, limit }) {
  if (algorithm !== "SHA-256") return null;
  const wanted = Uint32Array.from({ length: 8 }, (_, i) => parseInt(challenge.slice(i * 8, i * 8 + 8), 16));
  const encoder = new TextEncoder();
  const hash = new Uint32Array(8);
  for (let number = 0; number <= limit; number += 1) {
    sha256(encoder.encode(salt + number), hash);
    if (hash[0] === wanted[0] && hash.every((word, i) => word === wanted[i])) return number;
  }
  return null;
}

fillConstants();
self.addEventListener("message", (event) => self.postMessage({ number: search(event.data) }));
