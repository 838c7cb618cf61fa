// The templates: htm over Preact. Text is escaped by construction; nothing here can take markup from data.
import htm from 'htm'
import { h } from 'preact'

export const html = htm.bind(h)
