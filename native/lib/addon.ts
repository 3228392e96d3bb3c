// Finds and loads the native addon: the one place that knows where it is.
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const NAME = 'offhook.node'

const here = (): string => dirname(fileURLToPath(import.meta.url))

/**
 * Where the addon may be, best first: the path in the environment's OFFHOOK_ADDON and nothing else when it is set;
 * beside the bundle (on the phone); built from this source tree.
 */
export function addonPlaces(env: Readonly<Record<string, string | undefined>>, arch: string): readonly string[] {
  const named = env['OFFHOOK_ADDON']
  if (named) return [named]
  const built = arch === 'arm64' && process.arch !== 'arm64' ? 'native-arm64' : 'native'
  return [join(here(), NAME), join(here(), '../../build', built, NAME)]
}

let loaded: unknown

/** The addon's exports. Throws with the command that builds it when it is not there. */
export function loadAddon(): unknown {
  if (loaded) return loaded
  const places = addonPlaces(process.env, process.arch)
  const path = places.find((place) => existsSync(place))
  if (!path) throw new Error(`the native addon is missing; run: npm run setup (looked for ${places.join(', ')})`)
  loaded = createRequire(import.meta.url)(path)
  return loaded
}
