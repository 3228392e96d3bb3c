// The JSON Schema of the configuration document as it is published.
import { DESIRED } from './desired.ts'

export const SCHEMA_ID = 'urn:offhook:config:1'

/** Columns of a line. */
const WIDTH = 120

/** The text of docs/config.schema.json, as the formatter would have it: lists of plain values on one line where that is not too long. */
export function publishedSchema(): string {
  const whole = { $schema: 'https://json-schema.org/draft/2020-12/schema', $id: SCHEMA_ID, ...DESIRED }
  const json = JSON.stringify(whole, null, 2)
  const short = json.replace(
    /^(.*)\[\s+([^[\]{}]+?)\s+\](,?)/gm,
    (all, before: string, list: string, comma: string) => {
      const line = `${before}[${list.replace(/\s*\n\s*/g, ' ')}]${comma}`
      return line.length <= WIDTH ? line : all
    },
  )
  return `${short}\n`
}
