// stop_signal: SIGINT and SIGTERM as something a main function waits for.
//
// Construct before any thread starts: the signals are then blocked in all of them. The first signal
// ends wait(); from then on a second one ends the process at once, since a stop that hangs must not
// need a kill -9. One thread.
#pragma once

#include "proto/time.hpp"

#include <functional>

namespace takt {

class stop_signal {
public:
  stop_signal();

  /// Returns at the first signal, or when `still_well`, asked each second, says no.
  void wait(const std::function<bool()>& still_well = [] { return true; });

  /// After wait(): ends the process with status 1 when `grace` runs out before main() returns.
  void limit_stop(millis grace);
};

} // namespace takt
