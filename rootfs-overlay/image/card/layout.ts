// Where things are on the card. Phones in the field keep this table: an update replaces what is in a slot, not its place.

const MIB = 1024 * 1024
export const SECTOR = 512

export interface Partition {
  readonly number: 1 | 2 | 3 | 4
  /** Bytes from the beginning of the card. */
  readonly start: number
  readonly bytes: number
  /** MBR partition type: 0c is FAT by LBA, 83 Linux. */
  readonly type: 'c' | '83'
}

/** FAT labelled OFFHOOK: the boards' firmware, U-Boot, both slots' kernels, who the phone is. */
export const BOOT: Partition = { number: 1, start: 4 * MIB, bytes: 124 * MIB, type: 'c' }
/**
 * The roots of the two slots. Their distance is less than the 128 MiB that zstd looks back without being asked, so that
 * the second costs nothing in what is downloaded.
 */
export const ROOT_A: Partition = { number: 2, start: 128 * MIB, bytes: 120 * MIB, type: '83' }
export const ROOT_B: Partition = { number: 3, start: 248 * MIB, bytes: 120 * MIB, type: '83' }
/** ext4 labelled offhook-data; the first start makes it as large as the card allows. */
export const DATA: Partition = { number: 4, start: 368 * MIB, bytes: 32 * MIB, type: '83' }

export const PARTITIONS = [BOOT, ROOT_A, ROOT_B, DATA] as const
export const CARD_BYTES = 400 * MIB

/** In the MBR; with the partition's number it is what the kernel calls PARTUUID. */
export const DISK_ID = '0ff00c01'
/** Of the data partition and of its directory hashes. */
export const DATA_UUID = '0ff00c01-da7a-4000-8000-000000000001'
