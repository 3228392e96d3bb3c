// The expander's registers, from reset to what its lines do.
import { expect, test } from 'vitest'
import { createPca9555 } from './pca9555.ts'

function expander() {
  const chip = createPca9555('0-0020')
  const driven: string[] = []
  chip.listen((line, level) => driven.push(`${line}: ${level ?? 'floats'}`))
  const write = (...bytes: number[]) => {
    let answer: boolean | undefined
    chip.write(bytes, (acknowledged) => {
      answer = acknowledged
    })
    return answer
  }
  const read = (register: number, length: number) => {
    let answer: readonly number[] | undefined
    write(register)
    chip.read(length, (bytes) => {
      answer = bytes
    })
    return answer
  }
  return { chip, driven, write, read }
}

test('after power-on every line is an input, pulled up, that would drive high', () => {
  const { read, driven } = expander()
  expect([0, 2, 4, 6].map((register) => read(register, 2))).toEqual([
    [0xff, 0xff],
    [0xff, 0xff],
    [0, 0],
    [0xff, 0xff],
  ])
  expect(driven).toEqual([])
})

test('outputs drive what the output register says, and read back; inputs read what is put on them', () => {
  const { chip, read, write, driven } = expander()
  write(2, 0b1111_1110, 0xff)
  write(6, 0b1111_1100, 0b1111_1110)
  expect(driven).toEqual(['0: 0', '1: 1', '8: 1'])
  chip.put(0, 1)
  chip.put(7, 0)
  chip.put(15, 0)
  expect(read(0, 2)).toEqual([0b0111_1110, 0b0111_1111])
  write(6, 0xff)
  expect(driven.slice(3)).toEqual(['0: floats', '1: floats'])
})

test('polarity turns inputs over; bytes go to and fro in a pair; inputs are not written', () => {
  const { chip, read, write } = expander()
  chip.put(1, 0)
  write(4, 0xff, 0x0f)
  expect(read(0, 4)).toEqual([0b10, 0xf0, 0b10, 0xf0])
  expect(read(5, 3)).toEqual([0x0f, 0xff, 0x0f])
  write(0, 0x55)
  expect(read(0, 1)).toEqual([0b10])
})

test('unplugged it drives nothing and answers nobody; plugged in it is as after power-on', () => {
  const { chip, read, write, driven } = expander()
  write(6, 0xfe)
  chip.unplug()
  expect([write(2, 0), read(0, 1)]).toEqual([false, undefined])
  chip.plug()
  expect(read(6, 1)).toEqual([0xff])
  expect(driven).toEqual(['0: 1', '0: floats'])
})

test('some messages are not acknowledged; a saved state goes on', () => {
  const { chip, read, write, driven } = expander()
  chip.nak(2)
  expect([write(6, 0), write(6, 0), write(6, 0xfe)]).toEqual([false, false, true])
  const other = expander()
  other.chip.restore(chip.registers())
  expect(other.driven).toEqual(['0: 1'])
  expect(other.read(6, 2)).toEqual(read(6, 2))
  expect(driven).toEqual(['0: 1'])
})

test('the interrupt is pulled while an input is not as it was read last, and let go by a read of its port or the change back', () => {
  const { chip, read, write } = expander()
  const told: boolean[] = []
  chip.listenInterrupt((low) => told.push(low))
  chip.put(3, 0)
  chip.put(4, 0)
  expect(told).toEqual([true])
  read(1, 1)
  expect(told).toEqual([true])
  read(0, 1)
  expect(told).toEqual([true, false])
  chip.put(9, 0)
  chip.put(9, 1)
  expect(told).toEqual([true, false, true, false])
  // Outputs do not count.
  write(6, 0b1111_1110)
  write(2, 0)
  expect(told).toHaveLength(4)
})
