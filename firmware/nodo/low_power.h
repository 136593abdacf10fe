#pragma once

// Sleeps in the CPU's idle mode until millis() reaches `deadline` (ms). Serial output goes
// on; the tick of millis() wakes the CPU for a few us each 1.024 ms, and the
// watchdog sees that the program lives.
void sleepUntil(unsigned long deadline);
