// Writes the JSON Schema of the configuration document to docs/config.schema.json: node provisioning/fleet/publish-schema.ts
import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { publishedSchema } from '../schema/published.ts'

export const SCHEMA_FILE = fileURLToPath(new URL('../../docs/config.schema.json', import.meta.url))

if (import.meta.main) await writeFile(SCHEMA_FILE, publishedSchema())
