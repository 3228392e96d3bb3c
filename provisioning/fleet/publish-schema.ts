// Writes the JSON Schema of the configuration document to docs/config.schema.json: node provisioning/fleet/publish-schema.ts
import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { DESIRED } from '../schema/desired.ts'

export const SCHEMA_FILE = fileURLToPath(new URL('../../docs/config.schema.json', import.meta.url))

/** As the formatter would have it: lists of plain values on one line. */
export const publishedSchema = (): string => {
  const whole = { $schema: 'https://json-schema.org/draft/2020-12/schema', $id: 'urn:offhook:config:1', ...DESIRED }
  const json = JSON.stringify(whole, null, 2)
  return `${json.replace(/\[\s+([^[\]{}]+?)\s+\]/g, (_, list: string) => `[${list.replace(/\s*\n\s*/g, ' ')}]`)}\n`
}

if (import.meta.main) await writeFile(SCHEMA_FILE, publishedSchema())
