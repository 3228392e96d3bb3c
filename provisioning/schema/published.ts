// The JSON Schema of the configuration document as it is published.
import { DESIRED } from './desired.ts'

export const SCHEMA_ID = 'urn:offhook:config:1'

/** The text of docs/config.schema.json, as the formatter would have it: lists of plain values on one line. */
export function publishedSchema(): string {
  const whole = { $schema: 'https://json-schema.org/draft/2020-12/schema', $id: SCHEMA_ID, ...DESIRED }
  const json = JSON.stringify(whole, null, 2)
  return `${json.replace(/\[\s+([^[\]{}]+?)\s+\]/g, (_, list: string) => `[${list.replace(/\s*\n\s*/g, ' ')}]`)}\n`
}
