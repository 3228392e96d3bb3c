// What readers of event bodies share: their errors, the roots they begin with, the values that come again and again.
import { err, ok, type Result } from '../../base/result.ts'
import { attribute, tokenOf, type XmlElement, type XmlError } from '../../base/xml/document.ts'
import { parseXml } from '../../base/xml/read.ts'

/** What is wrong with a body, and in which line. */
export type BodyError = XmlError

export const wrong = (line: number, what: string): Result<never, BodyError> => err({ line, what })

/** The root of a document whose kind is known. */
export function parseRoot(body: string, name: string, namespace: string): Result<XmlElement, BodyError> {
  const parsed = parseXml(body)
  if (!parsed.ok) return parsed
  const root = parsed.value
  return root.name === name && root.namespace === namespace
    ? parsed
    : wrong(root.line, `<${root.name}> of ${root.namespace || 'no namespace'}, expected <${name}> of ${namespace}`)
}

/** An attribute that must be there. */
export function required(element: XmlElement, name: string): Result<string, BodyError> {
  const value = attribute(element, name)
  return value === undefined ? wrong(element.line, `<${element.name}> without ${name}`) : ok(tokenOf(value))
}

const LARGEST = 2 ** 32 - 1

/** Digits up to 32 bits; undefined for anything else. */
export function wholeOf(text: string | undefined): number | undefined {
  const digits = text === undefined ? '' : tokenOf(text)
  const value = Number(digits)
  return /^[0-9]{1,10}$/.test(digits) && value <= LARGEST ? value : undefined
}

/** `true`, `1` and `false`, `0`; undefined for anything else. */
export function truthOf(text: string | undefined): boolean | undefined {
  const word = text === undefined ? '' : tokenOf(text)
  return word === 'true' || word === '1' ? true : word === 'false' || word === '0' ? false : undefined
}

/** One of `words`, in any case. */
export function wordOf<T extends string>(text: string | undefined, words: readonly T[]): T | undefined {
  const word = text === undefined ? '' : tokenOf(text).toLowerCase()
  return words.find((each) => each === word)
}

/** Text of an element that is left out when it says nothing. */
export const textOf = (element: XmlElement | undefined): string | undefined =>
  element === undefined ? undefined : tokenOf(element.text) || undefined
