// Looks for the vector of an adaptive codebook that sounds most like what it is to stand for (RFC 3951 §3.6.4).
#pragma once

#include "excitation.h"

namespace offhook::ilbc {

/** `samples` through the all-pole filter 1/`weights` from rest: errors are judged there, where speech hides them. */
void weigh(const Polynomial& weights, float* samples, size_t count);

/** `codebook` and `target` are in the weighted domain. `halfSearched`: later steps use but the vectors that 7 bits can say. */
Vector search(const Codebook& codebook, const float* target, bool halfSearched);

}  // namespace offhook::ilbc
