// The version of this firmware, from the one place that states it; a bundle holds it as text.
import manifest from '../../package.json' with { type: 'json' }

export const VERSION: string = manifest.version

/** When the bundle was made, ms since 1970 UTC; 0: run from its sources. */
export const BUILT_MS = Number(process.env.OFFHOOK_BUILT_MS ?? 0)
