namespace SingleDarts.Core.Runtime;

/// <summary>A part that a user wrote failed; the message names it.</summary>
/// <param name="message">The message.</param>
/// <param name="cause">What the part threw; null if it returned something that cannot be used.</param>
internal sealed class UserPartException(string message, Exception? cause = null) : InvalidOperationException(message, cause);
