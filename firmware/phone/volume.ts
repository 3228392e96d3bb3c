// The handset's volume knob: eleven steps to decibels.

export const MAX_VOLUME = 10
/** The step at which the handset plays what the network sends, unchanged. */
const NOMINAL = 6

export const clampVolume = (volume: number): number =>
  Number.isFinite(volume) ? Math.min(MAX_VOLUME, Math.max(0, Math.round(volume))) : NOMINAL

/**
 * Equal steps of loudness: 4 dB each below nominal (0: −24 dB, quiet but never silent), 3 dB above it (10: +12 dB, the
 * gain that amplified handsets owe people who hear badly, FCC 47 CFR §68.317).
 */
export function volumeDb(volume: number): number {
  const above = clampVolume(volume) - NOMINAL
  return above < 0 ? above * 4 : above * 3
}
