namespace SingleDarts.Core.Runtime;

/// <summary>What an exception says, as a part of a sentence: its first line, without libtorch's frames and without the name of a
/// parameter, which a reader of the sentence cannot see.</summary>
internal static class Explained
{
    /// <summary>The sentence; if the message is .NET's own for an oversight, with the kind of exception.</summary>
    /// <param name="e">The exception.</param>
    public static string Of(Exception e)
    {
        string message = e.Message.Split('\n')[0].TrimEnd();
        if (e is ArgumentException { ParamName: { } name } && message.EndsWith($" (Parameter '{name}')", StringComparison.Ordinal))
            message = message[..^$" (Parameter '{name}')".Length];
        return e is NullReferenceException or IndexOutOfRangeException or InvalidCastException ? $"{e.GetType().Name}: {message}" : message;
    }
}
