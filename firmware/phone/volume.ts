// The volume of handset and ringer: eleven steps to decibels, of which the ringer has no silent end.

export const MAX_VOLUME = 10
/** The step at which the handset plays what the network sends, unchanged. */
export const NOMINAL_VOLUME = 6
/** A phone that cannot be heard ringing is not a phone. */
export const RINGER_FLOOR = 1

export const clampVolume = (volume: number): number =>
  Number.isFinite(volume) ? Math.min(MAX_VOLUME, Math.max(0, Math.round(volume))) : NOMINAL_VOLUME

export const clampRinger = (volume: number): number => Math.max(RINGER_FLOOR, clampVolume(volume))

/**
 * Equal steps of loudness: 4 dB each below nominal (0: −24 dB, quiet but never silent), 3 dB above it (10: +12 dB, the
 * gain that amplified handsets owe people who hear badly, FCC 47 CFR §68.317).
 */
export function volumeDb(volume: number): number {
  const above = clampVolume(volume) - NOMINAL_VOLUME
  return above < 0 ? above * 4 : above * 3
}
