// Which version of each class's brief this page has shown: only what was on the screen can be said to have been read.
import { signal } from '@preact/signals-core'

const opened = signal(new Map())

/** The version that was shown last, or null. Reads a signal. */
export const openedBrief = (meetingId) => opened.value.get(meetingId) ?? null

export function briefWasOpened(meetingId, version) {
  if (opened.peek().get(meetingId) !== version) opened.value = new Map(opened.peek()).set(meetingId, version)
}
