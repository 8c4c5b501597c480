package kotlin.coroutines;

/** In the place of Kotlin's own, which is known by its name. */
public interface Continuation<T> {}
