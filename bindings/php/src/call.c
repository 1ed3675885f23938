/* A call that waits has a thread to itself, and PHP waits for it in slices: so signals, `max_execution_time` and the secrets of
 * 3-D Secure cards are seen to meanwhile, by PHP's own thread, with no frame of the library's below them. The call's thread touches
 * nothing of PHP's. Whoever leaves early leaves it behind; the last one to go frees it. A brief call stays where it is, if nobody
 * wants to be told of anything before it is over. */
#include "call.h"
#include "threads.h"

#include <pthread.h>
#include <time.h>

/* How long a signal may go unheard. */
enum { SLICE_MS = 50 };

typedef struct kept_text {
    struct kept_text *before;
    size_t length;
    char bytes[];
} kept_text;

struct dollr_call_private {
    pthread_mutex_t lock;
    pthread_cond_t news;
    bool over;
    int users;
    kept_text *texts;
};

static void destroy(dollr_call *call) {
    struct dollr_call_private *private = call->private;
    while (private->texts) {
        kept_text *it = private->texts;
        private->texts = it->before;
        ZEND_SECURE_ZERO(it->bytes, it->length);
        free(it);
    }
    dollr_error_free(call->error);
    dollr_report_free(call->report);
    dollr_checkout_free(call->checkout);
    dollr_realtime_key_free(call->realtime_key);
    dollr_summary_free(call->summary);
    pthread_cond_destroy(&private->news);
    pthread_mutex_destroy(&private->lock);
    free(call->items);
    free(private);
    free(call);
}

/* PHP and the thread each say once that they do not need it any more. */
static void leave(void *argument) {
    dollr_call *call = argument;
    int left;
    pthread_mutex_lock(&call->private->lock);
    left = --call->private->users;
    pthread_mutex_unlock(&call->private->lock);
    if (left == 0) {
        destroy(call);
    }
}

dollr_call *dollr_call_new(const dollr_object *client, int32_t (*work)(dollr_call *call)) {
    dollr_call *call = calloc(1, sizeof *call);
    struct dollr_call_private *private = calloc(1, sizeof *private);
    pthread_condattr_t attributes;
    if (!call || !private) {
        free(call);
        free(private);
        zend_throw_error(NULL, "Out of memory");
        return NULL;
    }
    pthread_mutex_init(&private->lock, NULL);
    pthread_condattr_init(&attributes);
#ifndef __APPLE__
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
#endif
    pthread_cond_init(&private->news, &attributes);
    pthread_condattr_destroy(&attributes);
    private->users = 1;
    call->private = private;
    call->work = work;
    call->client = client->handle;
    call->code = DOLLR_ERROR_INTERNAL;
    return dollr_hold(call, leave) ? call : NULL;
}

dollr_str dollr_call_text(dollr_call *call, dollr_str text) {
    kept_text *it;
    if (!text.ptr) {
        return text;
    }
    it = malloc(sizeof *it + text.len + 1);
    if (!it) {
        zend_error_noreturn(E_ERROR, "Out of memory");
    }
    it->before = call->private->texts;
    it->length = text.len;
    memcpy(it->bytes, text.ptr, text.len);
    call->private->texts = it;
    text.ptr = it->bytes;
    return text;
}

static void work(void *argument) {
    dollr_call *call = argument;
    call->code = call->work(call);
}

static void over(void *argument) {
    dollr_call *call = argument;
    pthread_mutex_lock(&call->private->lock);
    call->private->over = true;
    pthread_cond_signal(&call->private->news);
    pthread_mutex_unlock(&call->private->lock);
    leave(call);
}

static bool begin(dollr_call *call) {
    bool begun;
    call->private->users = 2;
    begun = dollr_thread_do(work, over, call);
    if (!begun) {
        call->private->users = 1;
    }
    return begun;
}

/* Whether it is over, after a slice at the latest. */
static bool wait_a_slice(dollr_call *call) {
    struct dollr_call_private *private = call->private;
    struct timespec until;
    bool over;
#ifdef __APPLE__
    clock_gettime(CLOCK_REALTIME, &until);
#else
    clock_gettime(CLOCK_MONOTONIC, &until);
#endif
    until.tv_nsec += SLICE_MS * 1000000L;
    if (until.tv_nsec >= 1000000000L) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000L;
    }
    pthread_mutex_lock(&private->lock);
    while (!private->over && pthread_cond_timedwait(&private->news, &private->lock, &until) == 0) {
    }
    over = private->over;
    pthread_mutex_unlock(&private->lock);
    return over;
}

#if PHP_VERSION_ID >= 80200
#define IS_SET(flag) zend_atomic_bool_load_ex(&(flag))
#define CLEAR(flag) zend_atomic_bool_store_ex(&(flag), false)
#else
#define IS_SET(flag) (flag)
#define CLEAR(flag) ((flag) = 0)
#endif

/* What PHP does between two of its own instructions. A time-out does not come back from here. */
static void hear(void) {
    if (!IS_SET(EG(vm_interrupt))) {
        return;
    }
    CLEAR(EG(vm_interrupt));
    if (IS_SET(EG(timed_out))) {
        zend_timeout();
    } else if (zend_interrupt_function) {
        zend_interrupt_function(EG(current_execute_data));
    }
}

/* Whether a signal's handler runs as soon as the signal comes. */
static bool hears_at_once(void) {
#ifdef __APPLE__
    /* There a time-out may count waiting, and ends the process where nobody sees to it. */
    return true;
#else
    zend_function *asks = zend_hash_str_find_ptr(EG(function_table), ZEND_STRL("pcntl_async_signals"));
    zval on;
    if (!asks) {
        return false;
    }
    ZVAL_UNDEF(&on);
    zend_call_known_function(asks, NULL, NULL, &on, 0, NULL, NULL);
    return Z_TYPE(on) == IS_TRUE;
#endif
}

static void free_secret(void *secret) {
    dollr_secret_free(secret);
}

/* Gives a card's secret to the payer, if there is one by now. */
static void show_secret(dollr_call *call, zend_fcall_info *show, zend_fcall_info_cache *cache) {
    struct dollr_secret *secret = NULL;
    dollr_str text;
    zval arguments[2], result;
    if (dollr_client_take_secret(call->client, call->key, &secret, NULL) != DOLLR_OK || !secret || !dollr_hold(secret, free_secret)) {
        return;
    }
    if (dollr_secret_read(secret, &text, NULL) == DOLLR_OK) {
        ZVAL_STRINGL(&arguments[0], call->key.ptr, call->key.len);
        ZVAL_STRINGL(&arguments[1], text.ptr, text.len);
        dollr_let_go(secret);
        ZVAL_UNDEF(&result);
        show->retval = &result;
        show->params = arguments;
        show->param_count = 2;
        zend_call_function(show, cache);
        zval_ptr_dtor(&result);
        zval_ptr_dtor(&arguments[0]);
        zval_ptr_dtor(&arguments[1]);
        return;
    }
    dollr_let_go(secret);
}

bool dollr_call_run(dollr_call *call, zend_fcall_info *show, zend_fcall_info_cache *show_cache) {
    if ((call->brief && !hears_at_once()) || !begin(call)) {
        /* Without a thread it is done all the same; signals wait. */
        work(call);
        call->private->over = true;
    }
    while (!wait_a_slice(call)) {
        if (show && ZEND_FCI_INITIALIZED(*show) && !EG(exception)) {
            show_secret(call, show, show_cache);
        }
        if (!EG(exception)) {
            hear();
        }
        if (EG(exception)) {
            return false;
        }
    }
    if (call->code == DOLLR_OK) {
        return true;
    }
    {
        dollr_error *error = call->error;
        call->error = NULL;
        return dollr_succeeded(call->code, &error);
    }
}
