namespace SingleDarts.Core.Runtime;

/// <summary>Calls to parts that a user may have written, whose exceptions and missing results name the part.</summary>
internal static class UserPart
{
    /// <summary>Whether the library does not contain the part; of a function, the code that it calls.</summary>
    /// <param name="part">A part or a delegate.</param>
    public static bool IsForeign(object part) =>
        (part is Delegate function ? function.Method.Module.Assembly : part.GetType().Assembly) != typeof(UserPart).Assembly;

    /// <summary>What a part returns.</summary>
    /// <param name="part">The part; exceptions of the library's own parts are left as they are.</param>
    /// <param name="name">What the part is and what it was doing, at the beginning of a sentence.</param>
    /// <param name="call">Calls it.</param>
    /// <exception cref="UserPartException">The part failed. Cancellation and exceptions of the library pass unchanged.</exception>
    public static T Call<T>(object part, Func<string> name, Func<T> call)
    {
        try
        {
            return call();
        }
        catch (Exception e) when (Explains(part, e))
        {
            throw new UserPartException($"{name()} fails: {Explained.Of(e).TrimEnd('.')}. InnerException has the stack.", e);
        }
    }

    /// <inheritdoc cref="Call{T}(object, Func{string}, Func{T})"/>
    public static void Call(object part, Func<string> name, Action call) => Call(part, name, () =>
    {
        call();
        return true;
    });

    /// <summary>What a part returns, which is not null.</summary>
    /// <param name="part">The part.</param>
    /// <param name="name">What the part is and what it was doing, at the beginning of a sentence.</param>
    /// <param name="expected">What it is to return.</param>
    /// <param name="call">Calls it.</param>
    /// <exception cref="UserPartException">The part failed or returned null.</exception>
    public static T Result<T>(object part, Func<string> name, string expected, Func<T?> call) where T : class =>
        Call(part, name, call) ?? throw new UserPartException($"{name()} gives null; expected {expected}.");

    /// <summary>Whether an exception needs the name of the part that it came from.</summary>
    /// <param name="part">The part.</param>
    /// <param name="e">What it threw.</param>
    public static bool Explains(object part, Exception e) =>
        IsForeign(part) && e is not OperationCanceledException && e.GetType().Assembly != typeof(UserPart).Assembly;
}
