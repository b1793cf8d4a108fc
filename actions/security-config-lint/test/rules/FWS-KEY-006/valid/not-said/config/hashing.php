<?php

return [
    'driver' => 'bcrypt',
];
