// The power goes at many moments while a configuration is written.
import { cutPower } from './power-cut.ts'
import { scenario } from './scenario.ts'

scenario('power-cuts', 'the power goes at many moments while a configuration is written', 1800, (scene) =>
  cutPower(scene, [20, 60, 100, 200, 300, 450, 700, 1200]),
)
