/* What a request must give back, as a stack: it is short, for it holds what is in use at this moment. */
#include "php_dollr.h"

#include <unistd.h>

bool dollr_hold(void *it, void (*give_back)(void *it)) {
    dollr_held *held = malloc(sizeof *held);
    if (!held) {
        give_back(it);
        zend_throw_error(NULL, "Out of memory");
        return false;
    }
    held->before = DOLLR_G(held);
    held->it = it;
    held->give_back = give_back;
    held->pid = getpid();
    DOLLR_G(held) = held;
    return true;
}

/* In a child of a fork it is the parent's, whose threads and locks are not there: it is left alone. */
static void give_back(dollr_held *held) {
    if (held->pid == getpid()) {
        held->give_back(held->it);
    }
    free(held);
}

void dollr_let_go(void *it) {
    dollr_held **place;
    for (place = &DOLLR_G(held); *place; place = &(*place)->before) {
        if ((*place)->it == it) {
            dollr_held *held = *place;
            *place = held->before;
            give_back(held);
            return;
        }
    }
}

void dollr_give_all_back(void) {
    while (DOLLR_G(held)) {
        dollr_held *held = DOLLR_G(held);
        DOLLR_G(held) = held->before;
        give_back(held);
    }
}
