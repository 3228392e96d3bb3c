// The media engine alone: RTP streams, files, tones and devices on a bridge, driven by plain data.
export { createMediaEngine, type MediaEngine, type MediaInspection } from '../../../native/lib/media.ts'
export { CODEC_NAMES, knownCodecs } from '../../media/codecs.ts'
export type * from '../../media/contract.ts'
export { digitTones } from '../../media/digit-tones.ts'
