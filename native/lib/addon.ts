// Finds and loads the native addon: the one place that knows where it is.
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const NAME = 'offhook.node'

/**
 * Where the addon may be, best first: the path in the environment's OFFHOOK_ADDON and nothing else when it is set;
 * beside the bundle (on the phone); built from this source tree.
 */
export function addonPlaces(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  if (env.OFFHOOK_ADDON) return [env.OFFHOOK_ADDON]
  const here = dirname(fileURLToPath(import.meta.url))
  return [join(here, NAME), join(here, '../../build/native', NAME)]
}

let loaded: unknown

/** The addon's exports. Throws with the command that builds it when it is not there. */
export function loadAddon(): unknown {
  if (loaded) return loaded
  const places = addonPlaces(process.env)
  const path = places.find((place) => existsSync(place))
  if (!path) throw new Error(`the native addon is missing; run: npm run setup (looked for ${places.join(', ')})`)
  const addon: { exports: unknown } = { exports: {} }
  process.dlopen(addon, path)
  loaded = addon.exports
  return loaded
}
