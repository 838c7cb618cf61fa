// Who and where the ids are. Views hold ids; names come from the roster, which the server scopes to what one may know.
// What the roster does not tell is shown as what it is ("a student"), never as an id.
import { locale, t } from './text.js'

export function namesOf(roster) {
  const sites = new Map((roster?.sites ?? []).map((site) => [site.site_id, site]))
  const people = new Map((roster?.people ?? []).map((person) => [person.person_id, person]))
  const students = new Map((roster?.students ?? []).map((student) => [student.student_id, student]))
  const listed = (id, map) => map.has(id)
  return {
    isLoaded: Boolean(roster),
    site: (id) => sites.get(id)?.name ?? t('name.site'),
    zone: (id) => sites.get(id)?.time_zone,
    zones: [...sites.values()].map((site) => site.time_zone),
    /** How its room is reached when the link is lost, or null. */
    phone: (id) => sites.get(id)?.phone ?? null,
    person: (id) => people.get(id)?.name ?? t('name.person'),
    student: (id) => (id === null ? t('name.room') : (students.get(id)?.name ?? t('name.student'))),
    initials: (id) => (id === null ? t('name.room') : (students.get(id)?.initials ?? t('name.student'))),
    /** A room's students, by name. */
    studentsAt: (siteId) =>
      [...students.values()]
        .filter((student) => student.site_id === siteId)
        .sort((a, b) => a.name.localeCompare(b.name, locale.value)),
    /** Whether the roster is too old for this: it speaks of somebody who joined since. */
    lacks: ({ sites: siteIds = [], people: personIds = [], students: studentIds = [] }) =>
      !siteIds.every((id) => listed(id, sites)) ||
      !personIds.every((id) => listed(id, people)) ||
      !studentIds.every((id) => listed(id, students)),
  }
}
