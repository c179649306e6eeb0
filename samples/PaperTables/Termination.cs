using System.Runtime.InteropServices;

namespace PaperTables;

/// <summary>
/// Turns Ctrl+C and SIGTERM into a cancellation, so that a search saves its checkpoint before the process ends. A second signal ends
/// it at once.
/// </summary>
internal sealed class Termination : IDisposable
{
    private readonly CancellationTokenSource source = new();
    private readonly PosixSignalRegistration[] registrations;
    private int exitCode = ExitCode.Interrupted;

    public Termination() => registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Cancel(context, ExitCode.Interrupted)),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Cancel(context, ExitCode.Terminated)),
    ];

    public CancellationToken Token => source.Token;

    /// <summary>130 after Ctrl+C, 143 after SIGTERM.</summary>
    public int ExitCodeOfSignal => exitCode;

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in registrations)
            registration.Dispose();
        source.Dispose();
    }

    private void Cancel(PosixSignalContext context, int code)
    {
        try
        {
            if (source.IsCancellationRequested)
                return;
            context.Cancel = true;
            exitCode = code;
            source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            context.Cancel = false;
        }
    }
}
