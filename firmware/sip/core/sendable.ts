// What of an application's text can stand in a message: all else the printer would throw at.
import { all, TOKEN } from '../message/chars.ts'
import type { Body, HeaderField } from '../message/message.ts'

/** No line ends, no NUL, one byte per character. */
export const isText = (text: string): boolean => /^[^\r\n\0]*$/.test(text) && /^[\0-\xff]*$/.test(text)

export const isField = ({ name, value }: HeaderField): boolean => all(name, TOKEN) && isText(value)

/** Why a body cannot be sent; undefined when it can, or is none. */
export const bodyProblem = (body: Body | undefined): string | undefined =>
  body === undefined || isText(body.contentType) ? undefined : 'a body type that cannot be sent'
