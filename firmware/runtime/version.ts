// The version of this firmware, from the one place that states it; a bundle holds it as text.
import manifest from '../../package.json' with { type: 'json' }

export const VERSION: string = manifest.version
