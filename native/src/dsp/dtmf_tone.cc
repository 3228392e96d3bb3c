// Two rotating phasors; no table, no sine per sample.
#include "dtmf_tone.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace offhook {

namespace {
constexpr char kKeys[] = "123A456B789C*0#D";
constexpr double kLow[] = {697, 770, 852, 941}, kHigh[] = {1209, 1336, 1477, 1633};
/** A sine of 0 dBm0 has this amplitude: the overload point of G.711 is 3.17 dBm0 for µ-law. */
constexpr double kAmplitude0dBm0 = 32768 / 1.4404;
constexpr double kPi = 3.14159265358979323846;
}  // namespace

double DtmfTone::Oscillator::next() {
  const double value = sine * amplitude;
  const double turned = sine * turnCosine + cosine * turnSine;
  cosine = cosine * turnCosine - sine * turnSine;
  sine = turned;
  return value;
}

void DtmfTone::set(Oscillator& oscillator, double frequency, double levelDbm0) {
  const double turn = 2 * kPi * frequency / rate_;
  oscillator = {0, 1, std::sin(turn), std::cos(turn), kAmplitude0dBm0 * std::pow(10, levelDbm0 / 20)};
}

void DtmfTone::start(char digit) {
  const char* const key = digit ? std::strchr(kKeys, digit) : nullptr;
  const size_t at = key ? size_t(key - kKeys) : 0;
  set(low_, kLow[at / 4], key ? -11 : -200);
  set(high_, kHigh[at % 4], key ? -9 : -200);
  made_ = 0;
}

void DtmfTone::fill(int16_t* out, size_t samples, bool last) {
  const size_t ramp = std::min<size_t>(rate_ / 500, samples);
  for (size_t i = 0; i < samples; i++, made_++) {
    double value = low_.next() + high_.next();
    if (made_ < ramp) value *= double(made_) / double(ramp);
    if (last && samples - i <= ramp) value *= double(samples - i) / double(ramp);
    out[i] = int16_t(std::lrint(value));
  }
}

}  // namespace offhook
