// What does not end with a class: answers in writing, answers to bring, each with its due time; and for the coordinator what
// has become late.
import { firstWords } from '../core/board.js'
import { debtsOf } from '../core/debts.js'
import { html } from '../core/html.js'
import { meetingPath, reportPath } from '../core/router.js'
import { locale, t } from '../core/text.js'
import { asDue } from '../core/time.js'
import { Pill } from './pill.js'

export function Debts({ told }) {
  const { mine, escalated, others } = debtsOf(told)
  return html`
    <${List} title=${t('debts.mine')} debts=${mine} whose="mine" />
    <${List} title=${t('debts.late')} debts=${escalated} whose="theirs" />
    ${others.length > 0 && mine.length + escalated.length === 0 && html`<${List} title=${t('debts.theirs')} debts=${others} whose="theirs" />`}
    ${others.length > 0 &&
    mine.length + escalated.length > 0 &&
    html`<details class="debts-others">
      <summary>${t('debts.others', { n: others.length })}</summary>
      <${List} debts=${others} whose="theirs" />
    </details>`}
    ${told.is_cut && html`<p class="small mute">${t('debts.cut')}</p>`}
  `
}

function List({ title, debts, whose }) {
  if (debts.length === 0) return null
  return html`
    ${title && html`<h2>${title}</h2>`}
    <ul class="meetings debts" role="list" aria-label=${title}>
      ${debts.map((debt) => html`<${Debt} key=${`${debt.meeting_id} ${debt.question_id ?? debt.plan_id ?? `${debt.announcement_id} ${debt.site_id}`}`} ...${{ debt, whose }} />`)}
    </ul>
  `
}

function Debt({ debt, whose }) {
  const { meeting_id: id, title, site_name: site, text, what, kind, part, due_at: at, isLate } = debt
  const words = kind ? [t(`catchUp.kind.${kind}`), text].filter(Boolean).join(': ') : text
  const due = asDue(at, undefined, locale.value)
  return html`
    <li>
      <a href=${part === 'coordinator' ? reportPath(id) : meetingPath(id)}>
        <b>${t(`debts.${whose}.${what}`)}</b>
        <span class="mute"> · ${site} · ${title}</span>
        <span class="debt-text" dir="auto">${words === null ? t('watch.private') : firstWords(words, 90)}</span>
      </a>
      <${Pill} tone=${isLate ? 'bad' : 'warn'} mark=${isLate ? 'blocking' : 'later'}>
        ${t(isLate ? 'debts.wasDue' : 'debts.due', { due })}
      <//>
    </li>
  `
}
