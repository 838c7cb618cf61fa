// Sealing: AES-GCM over JSON. Each sealed row is bound to whom and what it belongs to, so that a row moved to another
// person or class by hand does not open there.

const text = new TextEncoder()
const from = new TextDecoder()

export const randomBytes = (length) => crypto.getRandomValues(new Uint8Array(length))

const boundTo = ({ person, stream, id }) => text.encode(JSON.stringify([person, stream, id ?? null]))

/** `row` with its secret part sealed: `{...row, iv, sealed}`. */
export async function seal(key, row, secret) {
  const iv = randomBytes(12)
  const algorithm = { name: 'AES-GCM', iv, additionalData: boundTo(row) }
  const sealed = await crypto.subtle.encrypt(algorithm, key, text.encode(JSON.stringify(secret)))
  return { ...row, iv, sealed }
}

/** The secret part of a sealed row. */
export async function unseal(key, row) {
  const algorithm = { name: 'AES-GCM', iv: row.iv, additionalData: boundTo(row) }
  return JSON.parse(from.decode(await crypto.subtle.decrypt(algorithm, key, row.sealed)))
}
