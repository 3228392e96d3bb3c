// The window of Kaiser: how filters of finite length fade out.
#pragma once

#include <cmath>

namespace offhook {

inline double bessel0(double x) {
  double sum = 1, term = 1;
  for (int k = 1; k < 30; k++) {
    term *= (x / (2 * k)) * (x / (2 * k));
    sum += term;
  }
  return sum;
}

/** At `x` of −1…1, which are its ends; 0 beyond. */
inline double kaiser(double x, double beta) { return std::abs(x) >= 1 ? 0 : bessel0(beta * std::sqrt(1 - x * x)) / bessel0(beta); }

}  // namespace offhook
