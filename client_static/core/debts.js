// What is still owed from classes that are over, sorted by whose turn it is. Pure.

/** Whose turn it is to do something, by what is owed. */
const DOES = { answer: 'teacher', bring: 'supervisor', acknowledge: 'supervisor', catch_up: 'supervisor', read_out: 'supervisor' }

/**
 * `mine`: what this person is to do; `others`: what they wait for. Whoever does neither, the coordinator, has it put before
 * them once it is late: `escalated`; what is not late is `others` to them too. Each keeps the server's order and says
 * whether it `isLate`.
 */
export function debtsOf({ now, owed }) {
  const debts = { mine: [], escalated: [], others: [] }
  for (const one of owed) {
    const debt = { ...one, isLate: one.due_at <= now }
    if (DOES[one.what] === one.part) debts.mine.push(debt)
    else if (one.part === 'coordinator' && debt.isLate) debts.escalated.push(debt)
    else debts.others.push(debt)
  }
  return debts
}
