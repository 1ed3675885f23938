/* The threads of calls that wait for the vendor. */
#ifndef DOLLR_THREADS_H
#define DOLLR_THREADS_H

#include <stdbool.h>

/* Has a thread do `work`, and then `over`: who is told by that finds the thread ready for the next call. False where there is none. */
bool dollr_thread_do(void (*work)(void *), void (*over)(void *), void *what);
/* Ends the thread that waits for a call. */
void dollr_threads_shutdown(void);

#endif
