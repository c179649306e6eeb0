namespace SingleDarts.Core.Tests.Mistakes;

/// <summary>What a user did wrong, and what comes of it.</summary>
/// <param name="What">What was done.</param>
/// <param name="Do">Does it.</param>
/// <param name="Expected">The kind of exception.</param>
/// <param name="Words">Parts of its message, among them the remedy.</param>
public sealed record Mistake(string What, Action Do, Type Expected, IReadOnlyList<string> Words)
{
    /// <summary>A mistake with its exception.</summary>
    public static Mistake Of<TException>(string what, Action act, params string[] words) where TException : Exception =>
        new(what, act, typeof(TException), words);

    /// <inheritdoc/>
    public override string ToString() => What;
}
