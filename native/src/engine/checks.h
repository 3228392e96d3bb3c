// Whether a command makes sense by itself: ranges and sizes. What depends on the engine's state is not looked at here.
#pragma once

#include <optional>
#include <string>

#include "base/contract.h"

namespace offhook {

/** Name of the command as the contract spells it. */
const char* commandName(const Command& command);
/** The port a command is about; empty when it is about none. */
PortId commandPort(const Command& command);
/** Why the command is refused: what was expected and what came. Nothing when it is in order. */
std::optional<std::string> commandFault(const Command& command);

/** The rate at which a tone of these frequencies is made, Hz. */
uint32_t toneRate(const Tone& tone);

}  // namespace offhook
