namespace SingleDarts.Core.Runtime;

/// <summary>The native libraries cannot be loaded. The message names what is missing and the remedy.</summary>
public sealed class NativeRuntimeException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">What is missing, and the remedy.</param>
    /// <param name="innerException">What the loader said.</param>
    public NativeRuntimeException(string message, Exception? innerException = null) : base(message, innerException) { }
}
