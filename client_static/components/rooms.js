// The rooms of a class as fixed columns: they never change places, and a room's edge says its state before a word is
// read.
import { presentIn, uncoveredAt } from '../core/duty.js'
import { html } from '../core/html.js'
import { roomState } from '../core/questions.js'
import { asNumber, locale, t } from '../core/text.js'
import { asSiteClock, asWait, serverNow } from '../core/time.js'
import { Mark, Pill } from './pill.js'
import { readyState, RoomReadiness } from './room-readiness.js'
import { Wait } from './wait.js'

const STATES = {
  blocking: { tone: 'bad', mark: 'blocking' },
  long: { tone: 'warn', mark: 'warn' },
  waiting: { tone: 'info', mark: 'info' },
  inHand: { tone: 'info', mark: 'wait' },
  askedBack: { tone: 'info', mark: 'restated' },
  quiet: { tone: 'quiet', mark: 'quiet' },
}

const CALLS = { called: 'wait', ready: 'ok', not_here: 'warn' }

/** From here on a room is shown in its shortest form: who, what waits, how long. */
const MANY = 6

/** Until the class is live a room shows how ready it is instead of what it asks. */
const IS_BEFORE = new Set(['scheduled', 'lobby'])

/**
 * `onPick` is given where a room can be chosen, with `hasKeys` by its number too; `picked` is the chosen site's id, `calls`
 * the students called on, `meeting` the class's own view.
 */
export const Rooms = ({ rooms, questions, calls = [], names, meeting, onPick, hasKeys = true, picked }) => html`
  <section class=${`rooms ${rooms.length > MANY ? 'is-many' : ''}`} aria-label=${t('rooms.title')}>
    ${rooms.map((room, index) => {
      const shown = { room, names, meeting, status: meeting.status, briefVersion: meeting.brief_version }
      const Body = IS_BEFORE.has(meeting.status) ? BeforeClass : InClass
      return html`<${Body}
        key=${room.site_id}
        ...${shown}
        questions=${questions}
        calls=${calls.filter((call) => call.site_id === room.site_id)}
        name=${html`<${Name} ...${{ room, names, onPick }} nth=${hasKeys && index < 9 ? index + 1 : null} isPicked=${picked === room.site_id} />`}
        isPicked=${picked === room.site_id}
      />`
    })}
  </section>
`

function Name({ room, names, nth, onPick, isPicked }) {
  const name = names.site(room.site_id)
  return html`<h2>
    ${onPick
      ? html`<button id=${`room-${room.site_id}`} class="room-name" aria-pressed=${isPicked} onClick=${() => onPick(room.site_id)}>
          ${name}
        </button>`
      : html`<span class="room-name">${name}</span>`}
    ${onPick && nth && html`<kbd aria-hidden="true">${nth}</kbd>`}
  </h2>`
}

function BeforeClass({ room, names, name, status, briefVersion, isPicked }) {
  const { tone } = readyState(room, briefVersion, serverNow())
  return html`
    <article class=${`room is-before ${tone} ${isPicked ? 'is-picked' : ''}`} aria-label=${names.site(room.site_id)}>
      ${name}
      <${ClockOrLink} ...${{ room, names }} isGathered=${status === 'lobby'} />
      <${RoomReadiness} ...${{ room, names, briefVersion }} />
    </article>
  `
}

function InClass({ room, questions, calls, names, name, meeting, status, isPicked }) {
  const state = roomState(room, questions, serverNow())
  const { tone, mark } = STATES[state]
  const isGathered = status === 'live'
  const isUncovered = uncoveredAt(room, serverNow()) !== null
  const isDark = isGathered && room.link?.status === 'lost'
  const { median } = room.waits.answered
  return html`
    <article class=${`room ${(isUncovered || isDark) && tone !== 'bad' ? 'warn' : tone} ${isPicked ? 'is-picked' : ''}`} aria-label=${names.site(room.site_id)}>
      ${name}
      <${ClockOrLink} ...${{ room, names, isGathered }} unheardSince=${unheardSince(room, meeting, serverNow())} />
      <${Pill} tone=${tone} mark=${mark}>
        ${t(`room.${state}`, { n: room.waiting })}
        ${room.waiting > 0 &&
        html`<span> · <span class="unseen">${t('room.oldest')}</span> <${Wait} since=${room.waiting_since} /></span>`}
      <//>
      <dl>
        ${calls.length > 0 && html`<${LatestCall} ...${{ calls, names }} />`}
        <${OnDuty} ...${{ room, names }} />
        <${Figure} name="students" value=${asNumber(room.students)} />
        <${Figure} name="asked" value=${asNumber(room.asked)} />
        <${Figure} name="onWayBack" value=${asNumber(room.on_way_back)} />
        <${Figure} name="answeredIn" value=${median === null ? '–' : asWait(median)} isNone=${median === null} />
      </dl>
    </article>
  `
}

const LINKS = { degraded: { word: 'room.slow', mark: 'wait' }, lost: { word: 'room.lost', mark: 'warn' } }

/** Since when the class goes on without a word from the room, by its own bells; null: it was heard, or is not waited for. */
function unheardSince(room, { status, started_at: startedAt }, now) {
  if (status !== 'live' || room.link || !room.is_in_class) return null
  const since = Math.max(startedAt, room.joins_at ?? 0)
  return since <= now ? since : null
}

/**
 * The clock on that room's wall, with a mark that the room is linked; a link that is slow, lost or was never there in class
 * takes its place, and says since when.
 */
function ClockOrLink({ room, names, isGathered, unheardSince: unheard = null }) {
  const link = isGathered ? room.link : null
  const trouble = LINKS[link?.status]
  if (trouble) {
    return html`<span class=${`room-clock small room-link ${link.status}`}>
      <${Mark} name=${trouble.mark} /> ${t(trouble.word)} <${Wait} since=${link.since} />
    </span>`
  }
  if (unheard !== null) {
    return html`<span class="room-clock small room-unheard"><${Mark} name="quiet" /> ${t('room.unheard')} <${Wait} since=${unheard} /></span>`
  }
  const state = !isGathered ? null : link ? 'room.linked' : 'room.unlinked'
  return html`<span class="room-clock small mute">
    ${state && html`<span class="room-linked"><${Mark} name=${link ? 'ok' : 'quiet'} /><span class="unseen">${t(state)}</span> </span>`}
    ${asSiteClock(serverNow(), names.zone(room.site_id), locale.value)}
  </span>`
}

/** Who is in the room; that nobody is, in words; or, while nobody needs to be, who is named for it. One line. */
function OnDuty({ room, names }) {
  const since = uncoveredAt(room, serverNow())
  if (since !== null) {
    return html`<div class="supervisors is-uncovered">
      <dt><${Mark} name="warn" /> ${t('room.uncovered')}</dt><dd><${Wait} since=${since} /></dd>
    </div>`
  }
  const here = presentIn(room)
  const named = here.length ? here : room.supervisor_ids
  const words = here.length ? 'room.onDuty' : 'room.supervisors'
  // The first by name, the others by number: signing on must not make a room taller.
  const who = named.length ? [names.person(named[0]), ...(named.length > 1 ? [`+${asNumber(named.length - 1)}`] : [])].join(' ') : t('room.nobody')
  return html`<div class="supervisors"><dt>${t(words)}</dt><dd>${who}</dd></div>`
}

/** One line, whatever happens: the rooms never grow. The list of calls has them all. */
function LatestCall({ calls, names }) {
  const call = calls.at(-1)
  return html`<div class="room-calls">
    <dt><${Mark} name=${CALLS[call.status]} /> ${names.initials(call.student_id)}</dt>
    <dd>${t(`calls.${call.status}`)}${calls.length > 1 && html`${' '}+${asNumber(calls.length - 1)}`}</dd>
  </div>`
}

const Figure = ({ name, value, isNone }) => html`<div class=${`${name} ${isNone ? 'is-none' : ''}`}><dt>${t(`room.${name}`)}</dt><dd>${value}</dd></div>`
