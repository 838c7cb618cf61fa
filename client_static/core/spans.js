// Spans of time as the record has them, `{from_at, to_at}` in milliseconds; `to_at` null: it goes on. Pure.

/** How long the spans are in all, in milliseconds, up to `end`. */
export const lasted = (spans, end) => spans.reduce((sum, one) => sum + Math.max(0, (one.to_at ?? end) - one.from_at), 0)
