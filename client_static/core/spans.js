// Spans of time as the record has them, `{from_at, to_at}` in milliseconds; `to_at` null: it goes on. Pure.

/** What of `from` to `to` none of the spans covers. */
export function gaps(spans, from, to) {
  const found = []
  let covered = from
  for (const one of [...spans].sort((a, b) => a.from_at - b.from_at)) {
    if (one.from_at > covered) found.push({ from_at: covered, to_at: Math.min(one.from_at, to) })
    covered = Math.max(covered, one.to_at ?? to)
    if (covered >= to) return found
  }
  return covered < to ? [...found, { from_at: covered, to_at: to }] : found
}

/** How long the spans are in all, in milliseconds, up to `end`. */
export const lasted = (spans, end) => spans.reduce((sum, one) => sum + Math.max(0, (one.to_at ?? end) - one.from_at), 0)
