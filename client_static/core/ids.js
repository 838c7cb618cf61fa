// Ids that the client mints. UUIDv7 (RFC 9562): time-ordered, which the server's receipt index is built for.

let lastMillis = 0
let counter = 0

/** A new UUIDv7. Ids minted in one millisecond still sort in the order they were minted (a 12-bit counter). */
export function uuid7(millis = Date.now(), random = crypto.getRandomValues(new Uint8Array(10))) {
  if (millis > lastMillis) {
    lastMillis = millis
    counter = ((random[0] << 8) | random[1]) & 0x7ff
  } else if (++counter > 0xfff) {
    lastMillis += 1
    counter = 0
  }
  const bytes = new Uint8Array(16)
  let rest = lastMillis
  for (let i = 5; i >= 0; i--) {
    bytes[i] = rest % 256
    rest = Math.floor(rest / 256)
  }
  bytes[6] = 0x70 | (counter >> 8)
  bytes[7] = counter & 0xff
  bytes.set(random.subarray(2), 8)
  bytes[8] = 0x80 | (bytes[8] & 0x3f)
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
