// The eight icons every LCD can show, each one a character of a Frame. Narrow characters, so a terminal shows them too.

export const ICONS = {
  handset: '☎',
  bell: '♪',
  hold: '‖',
  mute: '⊘',
  lock: '⚿',
  up: '↑',
  down: '↓',
  antenna: '⋔',
} as const
export type Icon = keyof typeof ICONS
